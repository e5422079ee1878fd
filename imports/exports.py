"""What a person's export holds of imports: the files they have uploaded for them."""

from rest_framework import serializers

from accounts.services.personal_data import contribute
from core.documents.fields import Document, PublicId
from imports.models import ImportFile


class OwnImportFile(Document):
    id = serializers.UUIDField()
    workspace_id = PublicId(source="workspace")
    file_name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    state = serializers.CharField()
    created_at = serializers.DateTimeField()

    class Meta:
        model = ImportFile


contribute(
    "import_files", OwnImportFile, lambda person: ImportFile.objects.filter(uploaded_by=person)
)
